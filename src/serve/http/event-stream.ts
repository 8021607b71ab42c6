import type { Reply, ReplyParts } from "./reply.ts";

/** An event of a stream: its data as JSON, and a name where the API has names. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly data: unknown;
}

/** Events as they come. `takeReady` hands over the next one if it is there already; undefined: `next` tells what there is. */
export interface EventSource extends AsyncIterator<StreamEvent> {
  takeReady?(): StreamEvent | undefined;
}

export interface EventStreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Returns what is sent when the events fail, the last of all. */
  readonly onError: (error: unknown) => StreamEvent;
}

/** Returns a reply that sends events as they come (server-sent events). `first` was read already. */
export function eventStream(
  events: EventSource,
  first: IteratorResult<StreamEvent>,
  { headers, onError }: EventStreamOptions,
): Reply {
  return {
    status: 200,
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      // Proxies that gather answers would hold back the first words.
      "x-accel-buffering": "no",
      ...headers,
    },
    body: new EventTexts(events, first, onError),
  };
}

const over: IteratorResult<string> = { done: true, value: undefined };

/** The events as texts of the wire. Not a generator: a reader that leaves ends also a read under way. */
class EventTexts implements ReplyParts {
  readonly #events: EventSource;
  readonly #onError: EventStreamOptions["onError"];
  #first: IteratorResult<StreamEvent> | undefined;
  #isOver = false;

  constructor(
    events: EventSource,
    first: IteratorResult<StreamEvent>,
    onError: EventStreamOptions["onError"],
  ) {
    this.#events = events;
    this.#first = first;
    this.#onError = onError;
  }

  async next(): Promise<IteratorResult<string>> {
    if (this.#isOver) return over;
    try {
      const step = this.#first ?? (await this.#events.next());
      this.#first = undefined;
      this.#isOver = step.done === true;
      return step.done === true ? over : { done: false, value: textOf(step.value) };
    } catch (error) {
      // Its reader has left meanwhile.
      if (this.#isOver) return over;
      return { done: false, value: this.#fail(error) };
    }
  }

  takeReady(): string | undefined {
    if (this.#isOver || this.#first !== undefined) return undefined;
    try {
      const event = this.#events.takeReady?.();
      return event && textOf(event);
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Returns the last text of all. Events that could not be translated or written may still hold a call. */
  #fail(error: unknown): string {
    this.#isOver = true;
    this.#events.return?.().catch(() => {});
    return textOf(this.#onError(error));
  }

  async return(): Promise<IteratorResult<string>> {
    this.#isOver = true;
    await this.#events.return?.();
    return over;
  }
}

function textOf({ event, data }: StreamEvent): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
