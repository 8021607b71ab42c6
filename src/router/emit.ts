import type { EventSink, RouterEvent } from "../contracts/index.ts";

/** Tells the listener; one that throws, or is asynchronous and rejects, cannot break a request. */
export function emit<Id extends string>(onEvent: EventSink<Id> | undefined, event: RouterEvent<Id>): void {
  try {
    const told: unknown = onEvent?.(event);
    if (told instanceof Promise) told.catch(ignore);
  } catch {
    // Its own affair: the request goes on.
  }
}

function ignore(): void {}
