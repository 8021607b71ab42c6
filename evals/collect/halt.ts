/** Reason why no more calls are begun. */
export type Halt =
  | { readonly why: "interrupted" | "max-cost" }
  /** Failure of the run: `error` is thrown at its end. */
  | { readonly why: "error"; readonly error: unknown };

/** Returns the reason that counts after another one: the first, but an error says more than an interrupt. */
export function nextHalt(halted: Halt | undefined, reason: Halt): Halt {
  return halted === undefined || (halted.why !== "error" && reason.why === "error") ? reason : halted;
}
