package tplctl.machine;

import tplctl.kind.AbsPath;

/** What an {@code images} resource shows to the machines that use it. {@code format} is qemu-img's name of it. */
public record DiskImage(AbsPath path, String format) {}
