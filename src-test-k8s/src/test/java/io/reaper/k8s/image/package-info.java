/** Makes the image of the tests for clusters into which a script loads it. */
package io.reaper.k8s.image;
