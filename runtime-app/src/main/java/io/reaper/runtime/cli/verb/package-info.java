/**
 * The verbs that make, run, show and end containers, a class each: their options, their help, and
 * which work of {@code lifecycle} they call. Not here: {@code ps}, {@code features} and {@code
 * completion} ({@code cli.ps}, {@code cli.about}, {@code cli}); options that others have too
 * ({@code cli.option}).
 */
package io.reaper.runtime.cli.verb;
