/** Codes of all errors of this package, as a closed union. */
export type RouterErrorCode =
  | "invalid-option"
  | "invalid-request"
  | "invalid-output"
  | "missing-configuration"
  | "missing-dependency"
  | "no-eligible-model"
  | "policy"
  | "provider"
  | "all-models-failed"
  | "budget-exceeded"
  | "unpriced-models"
  | "deadline-exceeded"
  | "limit-exceeded"
  | "classifier"
  | "store"
  | "outcome-format"
  | "insufficient-evidence";

/** Marks errors of this package, also across two copies of it. */
export const errorMarker: unique symbol = Symbol.for("switchpoint.error");

/** Base class of all errors of this package. Messages hold no secret and no prompt text. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    // On the prototype: recognised across two copies of the package, and not an own key.
    Object.defineProperty(RouterError.prototype, errorMarker, { value: true });
    RouterError.prototype.name = "RouterError";
  }
}
