package io.reaper.runtime;

import picocli.CommandLine.Command;

@Command(name = "reaper-runtime")
public class ReaperRuntime implements Runnable {
    @Override
    public void run() {
        System.out.println("hello");
    }
}
