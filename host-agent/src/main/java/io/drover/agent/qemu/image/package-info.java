/**
 * QEMU images on disk: their manifest, and the builder of the small Linux image. No threads of its
 * own.
 */
@NullMarked
package io.drover.agent.qemu.image;

import org.jspecify.annotations.NullMarked;
