/**
 * Options and arguments that several verbs take, with their converters, and those of the program
 * before the verb, from which comes what verbs work with. Not here: what one verb or {@code create}
 * and {@code run} take ({@code cli.verb}), formats of answers ({@code cli.answer}).
 */
package io.reaper.runtime.cli.option;
