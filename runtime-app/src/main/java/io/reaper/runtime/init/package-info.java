/**
 * The init stage: its plan and the plan's way to it, the channel to the verb that started it, the
 * search for the program, and {@link io.reaper.runtime.init.InitStage}, which becomes that program.
 *
 * <p>Not here: the single steps ({@code init.step}), and the verbs' side, which plans and starts
 * the stage ({@code InitPlanner}, {@code InitProcess}).
 */
package io.reaper.runtime.init;
