import { type ComplexityModel, decodeComplexityModel } from "./complexity-model.ts";
import { base64 } from "./complexity-weights.generated.ts";

let decoded: ComplexityModel | undefined;

/** The trained weights, decoded at the first use, not at import. */
export function shippedModel(): ComplexityModel {
  decoded ??= decodeComplexityModel(Buffer.from(base64, "base64"));
  return decoded;
}
