import { vi } from "vitest";

// Set-up of all test files: what a test waits for may take long on a busy machine. By itself `vi.waitFor` gives up after a
// second; `expect.poll` has the same time in vitest.config.ts.

const timeout = 20_000;
const marked = vi as typeof vi & { isPatient?: true };

// Files that share a process share `vi`, too.
if (marked.isPatient === undefined) {
  const { waitFor } = vi;
  Object.assign(vi, {
    isPatient: true,
    waitFor: ((callback, options) =>
      waitFor(callback, typeof options === "number" ? options : { timeout, ...options })) as typeof waitFor,
  });
}
