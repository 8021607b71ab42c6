import { RouterError } from "./router-error.ts";

/** Thrown when an optional package is not installed. */
export class MissingDependencyError extends RouterError {
  readonly dependency: string;

  constructor(dependency: string, neededBy: string, options?: ErrorOptions) {
    super(
      "missing-dependency",
      `${neededBy} needs the package ${dependency}: npm install ${dependency}`,
      options,
    );
    this.dependency = dependency;
  }

  static {
    MissingDependencyError.prototype.name = "MissingDependencyError";
  }
}
