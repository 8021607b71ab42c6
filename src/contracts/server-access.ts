/** Options of one question to a server. */
export interface ServerAskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time until the whole answer is there, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Largest answer, in bytes. Default 4 MiB. */
  readonly maxBytes?: number | undefined;
  /** Sent as JSON by POST. Absent: a GET. */
  readonly body?: unknown;
  /** Headers besides the model's own; those of the same name take their place. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the model. */
  readonly fetch?: typeof fetch | undefined;
}

/** Answer of a server outside a call, or the problem in our words. */
export type ServerAnswer =
  | { readonly status: number; readonly text: string; readonly problem?: undefined }
  | { readonly problem: string; readonly status?: number | undefined };

/** Access to a model's own server outside a call: for its load, its health, and its description of itself. */
export interface ServerAccess {
  /** Address of the server without credentials and without `/v1`. */
  readonly root: string;
  /**
   * Asks with the key, the headers and the `fetch` that calls have; a function that gives the key is called each time. `path` begins
   * with `/` at the root. Redirects are not followed, so that the key goes to no other server. Never rejects, except with the signal's
   * reason.
   */
  ask(path: string, options?: ServerAskOptions): Promise<ServerAnswer>;
}
