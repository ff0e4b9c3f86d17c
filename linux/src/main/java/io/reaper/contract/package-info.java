/** What both programs read and write on a node: settings, container ids, exit records. */
package io.reaper.contract;
