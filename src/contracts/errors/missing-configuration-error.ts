import { RouterError } from "./router-error.ts";

/** Thrown when the environment or a config file lacks something. The message lists exactly what. */
export class MissingConfigurationError extends RouterError {
  readonly missing: readonly string[];

  constructor(message: string, missing: readonly string[]) {
    super("missing-configuration", message);
    this.missing = missing;
  }

  static {
    MissingConfigurationError.prototype.name = "MissingConfigurationError";
  }
}
