import type { DashboardFrame, FrameAsked } from "../src/serve/status/index.ts";
import type { FrameSaving, Part, ProcessStates } from "../src/serve/status/inner.ts";

/** Recording of a worker since its last message. */
export interface Recorded {
  readonly part?: Part | undefined;
  /** States as they are now. Absent: as before. */
  readonly states?: ProcessStates | undefined;
  /** Confidence of the hold-out's intervals. Absent: there is none. */
  readonly confidence?: FrameSaving["confidence"] | undefined;
}

/** Answer to what was recorded. */
export interface Noted {
  readonly epoch: string;
  /** Grows with what any worker has recorded. */
  readonly changes: number;
  /** True if a page looks: states are then read. */
  readonly isWatched: boolean;
}

/** Messages to a worker from the process that started it. */
export type ToWorker =
  | "end"
  | "reload"
  | { readonly noted: Noted }
  | { readonly frame: DashboardFrame; readonly id: number }
  /** The text of `GET /metrics`, of all workers. */
  | { readonly metrics: string; readonly id: number }
  /** Asks for this worker's part of it. */
  | { readonly readMetrics: number };

/** Messages of a worker. */
export type FromWorker =
  /** It listens at this address. */
  | { readonly url: string }
  | { readonly recorded: Recorded }
  | { readonly askFrame: FrameAsked; readonly id: number }
  | { readonly askMetrics: true; readonly id: number }
  | { readonly ownMetrics: string; readonly id: number };

/** True if a message has a field. Anything in a worker can send messages. */
export function hasField<const Name extends string, Message>(
  message: Message,
  name: Name,
): message is Extract<Message, { readonly [One in Name]: unknown }> {
  return typeof message === "object" && message !== null && name in message;
}
