/**
 * What a verb says on standard output, and the formats among which its caller chooses. Not here:
 * errors ({@code cli}), JSON of states ({@code state}).
 */
package io.reaper.runtime.cli.answer;
