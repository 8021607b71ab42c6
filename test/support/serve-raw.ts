import { type LoopbackServer, serveWith } from "./serve-with.ts";

/** An answer as it is sent, byte for byte. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** Content type. Default JSON. */
  readonly type?: string;
}

/** Starts a server that gives these answers in turn; the last one from then on. */
export async function serveRaw(given: RawAnswer | readonly RawAnswer[]): Promise<LoopbackServer> {
  const answers = Array.isArray(given) ? (given as readonly RawAnswer[]) : [given as RawAnswer];
  const server = await serveWith((response) => {
    const at = Math.min(server.requests.length, answers.length) - 1;
    const { status, text, type = "application/json" } = answers[at] as RawAnswer;
    response.writeHead(status, { "content-type": type }).end(text);
  });
  return server;
}
