import type { ReasoningEffort } from "./chat.ts";

/** Capabilities of a model beyond text. A key that is absent is unknown. */
export interface Capabilities {
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  readonly jsonSchema?: boolean | undefined;
  readonly reasoning?: boolean | undefined;
  /** True if the model reads sound. */
  readonly audioInput?: boolean | undefined;
  /** True if the model answers with sound where a request asks for it. */
  readonly audioOutput?: boolean | undefined;
  /**
   * True if the model takes custom tools, whose input is a text, as they are. False: each goes to it as a function of one text.
   * Absent: OpenAI's models from GPT-5 on take them, others do not.
   */
  readonly customTools?: boolean | undefined;
  /** Everything that the model reads besides text, in the words of `RequestFacts.contentTypes`. */
  readonly contentTypes?: readonly string[] | undefined;
  /** Reasoning efforts that the model has. Absent: not known. */
  readonly efforts?: readonly ReasoningEffort[] | undefined;
}

/** A capability that a request may need beyond text. */
export type NeededCapability = "tools" | "images" | "jsonSchema";

/** Lesson of an answer or a refusal about a capability that is not known from the facts of its model. */
export interface LearnedCapability {
  /** Name of the model, or key of a pool's member. */
  readonly name: string;
  readonly capability: NeededCapability;
  /** True: it has answered with it; false: it has refused for the lack of it. */
  readonly has: boolean;
  /** Time of the last call that showed it, in milliseconds since the epoch. It holds for an hour. */
  readonly at: number;
}

/** Something that a server says its model lacks: a capability, or another part of a request. */
export type LackedCapability =
  | NeededCapability
  | "audio"
  | "documents"
  /** A reasoning effort, or reasoning at all. */
  | "effort"
  | "developerRole"
  | "systemRole"
  | "webSearch";
