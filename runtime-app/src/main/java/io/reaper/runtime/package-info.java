/**
 * The program {@code reaper-runtime}: its entry alone, which chooses between the init stage and the
 * command line. Everything else is in the packages below, none of which knows this one.
 */
package io.reaper.runtime;
