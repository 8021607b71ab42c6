import type { Pricing } from "../../contracts/ports/index.ts";
import { createPricing } from "./pricing.ts";

/** Prices calls by the facts of their models alone. */
export const pricing: Pricing = createPricing();
