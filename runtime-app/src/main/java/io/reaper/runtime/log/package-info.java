/**
 * The log of the runtime, in the two forms that runc's callers read. Not here: which file and form
 * ({@code cli.option}), errors on standard error ({@code cli}).
 */
package io.reaper.runtime.log;
