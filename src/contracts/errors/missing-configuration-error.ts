import { RouterError } from "./router-error.ts";

/** The environment or a config file lacks something; the message lists exactly what. */
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
