#pragma once

// Opens the pipe that handlers write signal numbers to, one byte each, and returns its reading end; -1 and errno on
// failure. Call it once, before the first drp_signal_catch.
int drp_signal_pipe(void);
// Sends the signal to the pipe from now on. SIGHUP that was ignored at start (nohup) stays ignored.
// Returns 0 or an errno value.
int drp_signal_catch(int signal);
// A write to a closed pipe or socket then fails with EPIPE instead of ending the process.
void drp_signal_ignore_broken_pipes(void);
