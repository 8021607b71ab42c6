import type { DashboardFrame } from "../../../src/serve/status/index.ts";

/** A stream of frames, read one by one. */
export interface FrameStream {
  readonly status: number;
  readonly headers: Headers;
  /** Resolves to the next frame and its id; undefined at the end of the stream. */
  next(): Promise<{ readonly id: string; readonly frame: DashboardFrame } | undefined>;
  /** Resolves to the body of an answer that is no stream. */
  text(): Promise<string>;
  stop(): void;
}

/** Opens a stream of frames as the page does. */
export async function readFrames(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<FrameStream> {
  const controller = new AbortController();
  const reply = await fetch(url, { headers, signal: controller.signal });
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    status: reply.status,
    headers: reply.headers,
    async next() {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const lines = text.slice(0, end).split("\n");
          text = text.slice(end + 2);
          const field = (name: string) =>
            lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
          return { id: field("id") ?? "", frame: JSON.parse(field("data") ?? "null") };
        }
        const step = await reader?.read();
        if (step === undefined || step.done) return undefined;
        text += step.value;
      }
    },
    async text() {
      let all = text;
      for (;;) {
        const step = await reader?.read();
        if (step === undefined || step.done) return all;
        all += step.value;
      }
    },
    stop: () => controller.abort(),
  };
}
