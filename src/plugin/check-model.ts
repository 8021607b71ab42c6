import { InvalidOptionError, type Model } from "../contracts/index.ts";
import { checkAssumed } from "./check-assumed.ts";
import { checkPrice } from "./check-price.ts";
import { checkMethods, checkNumber, checkText } from "./option-checks.ts";
import { checkOwnGpu } from "./own-gpu.ts";

/** Checks methods and facts of a model. Throws `InvalidOptionError` that names the field. */
export function checkModel(path: string, model: Model): void {
  checkMethods(path, model, ["generate", "stream"]);
  for (const field of ["name", "provider", "model"] as const) checkText(`${path}.${field}`, model[field]);
  checkLabels(`${path}.labels`, model.labels);
  if (model.price !== undefined) checkPrice(`${path}.price`, model.price);
  if (model.gpu !== undefined) checkOwnGpu(`${path}.gpu`, model.gpu, model.price);
  for (const field of ["contextWindow", "maxOutputTokens"] as const)
    if (model[field] !== undefined) checkNumber(`${path}.${field}`, model[field], { min: 1 });
  if (model.capabilities !== undefined) checkObject(`${path}.capabilities`, model.capabilities);
  if (model.assumeCapabilities !== undefined)
    checkAssumed(`${path}.assumeCapabilities`, model.assumeCapabilities);
  if (model.members !== undefined) checkMethods(path, model, ["members"]);
}

function checkLabels(option: string, labels: unknown): void {
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw new InvalidOptionError(option, labels, "an object whose values are strings");
  for (const [label, value] of Object.entries(labels)) {
    if (typeof value !== "string") throw new InvalidOptionError(`${option}.${label}`, value, "a string");
  }
}

function checkObject(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidOptionError(option, value, "an object");
}
