/** The reason why no more calls are begun. */
export type Halt =
  | { readonly why: "interrupted" | "max-cost" }
  /** `error` is thrown in the end. */
  | { readonly why: "error"; readonly error: unknown };

/** The reason that stands once another one has come: the first, but an error says more than an interrupt. */
export function nextHalt(halted: Halt | undefined, reason: Halt): Halt {
  return halted === undefined || (halted.why !== "error" && reason.why === "error") ? reason : halted;
}
