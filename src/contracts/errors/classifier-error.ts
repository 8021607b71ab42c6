import { RouterError } from "./router-error.ts";

/** Failure of a classifier. It reaches `onEvent` only, since the request goes on without a classification. */
export class ClassifierError extends RouterError {
  readonly classifier: string;

  constructor(classifier: string, problem: string, options?: ErrorOptions) {
    super("classifier", `classifier ${classifier} ${problem}`, options);
    this.classifier = classifier;
  }

  static {
    ClassifierError.prototype.name = "ClassifierError";
  }
}
