package io.reaper.shim.clients;

class DockerRuncReference extends DockerScenarios {
    DockerRuncReference() {
        super(DockerClient.RUNC);
    }
}
