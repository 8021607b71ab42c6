import { type EventSink, InvalidOptionError, type RouterEvent } from "../contracts/index.ts";

/** The listeners of a router. */
export interface EventHub<Id extends string> {
  /** False: no event has to be made. */
  readonly isHeard: boolean;
  /** Hands an event to all listeners. One that throws, or rejects, cannot break a request. */
  emit(event: RouterEvent<Id>): void;
  /** Adds a listener. Returns a function that takes it away. Throws `InvalidOptionError`. */
  observe(sink: EventSink<Id>): () => void;
  /** Closes all listeners. */
  close(): Promise<void>;
}

export function createEventHub<Id extends string>(first: EventSink<Id> | undefined): EventHub<Id> {
  let sinks: readonly EventSink<Id>[] = first === undefined ? [] : [first];
  return {
    get isHeard() {
      return sinks.length > 0;
    },
    emit(event) {
      for (const sink of sinks) hand(sink, event);
    },
    observe(sink) {
      if (typeof sink !== "function") throw new InvalidOptionError("observe.sink", sink, "a function");
      // A function of its own, so that a sink that is added twice is taken away once.
      const added: EventSink<Id> = Object.assign((event: RouterEvent<Id>) => sink(event), {
        close: async () => sink.close?.(),
      });
      sinks = [...sinks, added];
      return () => {
        sinks = sinks.filter((one) => one !== added);
      };
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close?.()));
    },
  };
}

function hand<Id extends string>(sink: EventSink<Id>, event: RouterEvent<Id>): void {
  try {
    const returned: unknown = sink(event);
    if (returned instanceof Promise) returned.catch(ignore);
  } catch {
    // A listener's failure is its own: the request goes on.
  }
}

function ignore(): void {}
