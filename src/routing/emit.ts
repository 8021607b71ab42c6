import type { EventSink, RouterEvent } from "../contracts/index.ts";

/** Tells the listener; one that throws cannot break a request. */
export function emit<Id extends string>(onEvent: EventSink<Id> | undefined, event: RouterEvent<Id>): void {
  try {
    onEvent?.(event);
  } catch {
    // Its own affair: the request goes on.
  }
}
