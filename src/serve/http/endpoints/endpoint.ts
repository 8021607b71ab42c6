import type { Router, Routing } from "../../../contracts/index.ts";
import type { HttpCall } from "../call.ts";
import type { Failure } from "../failure.ts";
import type { ReadHandlerOptions } from "../handler-options.ts";
import type { Reply } from "../reply.ts";

/** All that endpoints share. */
export interface Serving {
  readonly router: Router;
  readonly options: ReadHandlerOptions;
  /** Returns what the sender is known by. Rejects with `HttpError` for one that may not send. */
  readonly identify: (call: HttpCall) => Promise<Routing>;
}

/** One path of the interface. */
export interface Endpoint {
  /** HEAD is answered where GET is. */
  readonly method: "GET" | "HEAD" | "POST";
  /** Whole path, or the beginning of paths if it ends with `/`. */
  readonly path: string;
  /** True if anyone may call it. Default false. */
  readonly open?: boolean | undefined;
  /** True if it shows the server itself: no page of another origin may read it, whatever the option `cors` says. Default false. */
  readonly isOfServer?: boolean | undefined;
  serve(call: HttpCall, serving: Serving): Promise<Reply> | Reply;
  /** Gives a failure the shape of the API that the path belongs to. Absent: that of the client, as far as it is known. */
  readonly refuse?: ((failure: Failure) => Reply) | undefined;
}
