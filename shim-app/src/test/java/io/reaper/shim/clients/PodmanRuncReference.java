package io.reaper.shim.clients;

class PodmanRuncReference extends PodmanScenarios {
    PodmanRuncReference() {
        super(PodmanClient.RUNC);
    }
}
