/**
 * Kind of a request in the course of its conversation:
 *
 * - `ask`: someone typed something since the last answer. So is a request of which nothing else is known.
 * - `tool-result`: tools have answered, and no user typed anything.
 * - `continue`: no user typed anything and no tool answered: the model is to go on.
 * - `housekeeping`: an agent asks for itself, next to the conversation: a title, a probe, memories, a suggestion.
 * - `summary`: an agent has the conversation summed up, and goes on with the summary in its place.
 */
export type StepKind = "ask" | "tool-result" | "continue" | "housekeeping" | "summary";

/** Place of a request in the course of its conversation. */
export interface Step {
  readonly kind: StepKind;
}
