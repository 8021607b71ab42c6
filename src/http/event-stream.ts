/** An event of a stream: its data as JSON, and a name where the API has names. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly data: unknown;
}

const encoder = new TextEncoder();

/**
 * Returns a response that sends events as they come (server-sent events). It reads on only when its reader has taken
 * what there is; a reader that leaves ends the events. `onError` says what is sent when they fail, the last of all.
 */
export function eventStream(
  events: AsyncIterator<StreamEvent>,
  first: IteratorResult<StreamEvent>,
  {
    headers,
    onError,
  }: { headers: Readonly<Record<string, string>>; onError: (error: unknown) => StreamEvent },
): Response {
  let waiting: IteratorResult<StreamEvent> | undefined = first;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let isLast = false;
        try {
          const { done, value } = waiting ?? (await events.next());
          waiting = undefined;
          isLast = done === true;
          if (value !== undefined) controller.enqueue(encoder.encode(textOf(value)));
        } catch (error) {
          isLast = true;
          controller.enqueue(encoder.encode(textOf(onError(error))));
        }
        if (isLast) controller.close();
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      // Proxies that gather answers would hold back the first words.
      "x-accel-buffering": "no",
      ...headers,
    },
  });
}

function textOf({ event, data }: StreamEvent): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
