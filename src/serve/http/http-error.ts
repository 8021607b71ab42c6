export interface HttpErrorOptions extends ErrorOptions {
  /** Field or header that is wrong. */
  readonly param?: string | undefined;
  /** Short name of the problem for programs, such as `model_not_found`. */
  readonly code?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Object by which official clients go on: `error.details` in the words of their interface. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A request that an endpoint refuses. The message is for its sender: it holds neither prompt text nor secret. */
export class HttpError extends Error {
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: HttpErrorOptions["details"];

  constructor(status: number, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.param = options.param;
    this.code = options.code;
    this.headers = options.headers ?? {};
    this.details = options.details;
  }
}
