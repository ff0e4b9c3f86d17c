package io.reaper.shim.group;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A document of which next to nothing is kept: what its reader makes of it is swept away as it goes
 * on, so that the heap does not grow with the document. Usual ones end before the first time.
 */
final class SweptInput extends FilterInputStream {

    /** Bytes; a reader of JSON makes some five times as many of short names. */
    private static final int STRIDE = 256 * 1024;

    private int unswept;

    SweptInput(InputStream document) {
        super(document);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        unswept += Math.max(count, 0);
        if (unswept >= STRIDE) {
            unswept = 0;
            System.gc();
        }
        return count;
    }
}
