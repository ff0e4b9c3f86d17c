package io.reaper.shim;

import picocli.CommandLine.Command;

@Command(name = "containerd-shim-reaper-v2")
public class ReaperShim implements Runnable {
    @Override
    public void run() {
        System.out.println("hello");
    }
}
