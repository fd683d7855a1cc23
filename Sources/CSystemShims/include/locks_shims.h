#pragma once

// Open file description locks: they belong to the open file, not to the process, and end with its last descriptor.

// Takes the exclusive lock of the whole file if it is free. Returns 0, EAGAIN when another holds it, or another errno.
int drp_lock_exclusive(int descriptor);
// Lets go of it at once, also while another descriptor of the open file lives on, such as that of a child that has not
// yet become another program.
void drp_lock_release(int descriptor);
// 1 when another open file holds the lock, 0 when not, -1 and errno on failure. Takes no lock itself.
int drp_lock_is_held(int descriptor);
