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

/** Part of roles, turns and ids of calls that a server says it does not take. See `RoleRule`. */
export type RoleLack = "developerRole" | "laterSystem" | "turnOrder" | "callIds" | "systemRole";

/** Lesson of an answer or a refusal about something that is not known from the facts of its model. */
export interface LearnedCapability {
  /** Name of the model, or key of a pool's member. */
  readonly name: string;
  readonly capability: NeededCapability | RoleLack;
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
  | RoleLack
  | "webSearch";

/**
 * Rule by which the messages of a request are sent to a server of chat completions, each as the one before and more:
 *
 * - `as-sent`: with the roles and turns that they have.
 * - `one-system`: texts of `developer` and of `system`, wherever they stand, are one system message at the beginning.
 * - `alternating`: users and assistants take turns: what one of them says in several messages is joined, and between a tool's result and
 *   the user, or before an assistant that begins, there is a turn of one word. Ids of calls are nine letters and digits.
 * - `no-system`: what the system message would say is at the beginning of the first user's turn.
 */
export type RoleRule = "as-sent" | "one-system" | "alternating" | "no-system";
