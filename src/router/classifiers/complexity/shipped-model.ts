import { fromBase64 } from "../../../plugin/base64.ts";
import { decodeComplexityModel } from "./complexity-bytes.ts";
import type { ComplexityModel } from "./complexity-model.ts";
import { base64 } from "./complexity-weights.generated.ts";

let decoded: ComplexityModel | undefined;

/** Returns the trained weights, which are decoded at the first use and not at import. */
export function shippedModel(): ComplexityModel {
  decoded ??= decodeComplexityModel(fromBase64(base64));
  return decoded;
}
