import type { ModelFacts, Price } from "../../contracts/index.ts";
import { makersName } from "../../plugin/makers-name.ts";
import { isListedProvider, lookUpModel } from "./catalogue.ts";

/** Verdict on the name in an answer. */
export interface ServedModel {
  /** See `Attempt`. */
  readonly substituted?: "known" | "unknown" | undefined;
  /** True if the price of the model that was asked holds, alone or with `other`. */
  readonly isAskedPrice: boolean;
  /** Price of the model that answered, and its name, if that is another one. The more expensive one bills if both hold. */
  readonly other?: { readonly name: string; readonly price?: Price | undefined } | undefined;
}

const asAsked: ServedModel = { isAskedPrice: true };
const notKnown: ServedModel = { substituted: "unknown", isAskedPrice: false };

/**
 * Compares the name in an answer with the model that was asked.
 *
 * - An equal name, a snapshot or an alias of the model: its own price, unless the catalogue lists the snapshot at
 *   another one.
 * - Another model of the router or of the catalogue: at the provider's own address its price bills, which the
 *   provider's price list says. At any other address a name proves nothing: the more expensive of both prices bills.
 * - A name of which nothing is known: at the provider's own address the cost is not known. Elsewhere (own servers,
 *   gateways, deployments) names are the server's own, and the price of the model bills.
 */
export function servedModel(
  asked: ModelFacts,
  servedName: string,
  models: readonly ModelFacts[],
): ServedModel {
  const { provider, endpoint } = asked;
  const [name, served] = [plain(asked.model), plain(servedName)];
  if (served === "" || isSameName(name, served)) return asAsked;
  // A platform adds to the names of models, which answer by their own.
  if (platforms.has(provider) && makersName(name) === makersName(served)) return asAsked;
  const isOwnAddress = endpoint === undefined && provider !== "azure";
  const inRouter = models.find(
    (one) => one.provider === provider && one.endpoint === endpoint && plain(one.model) === served,
  );
  const listed = lookUpModel(provider, served);
  const listedAsked = lookUpModel(provider, name);
  if (isSnapshot(name, served)) {
    const isOther = listed !== undefined && listedAsked !== undefined && listed.name !== listedAsked.name;
    return isOther ? { isAskedPrice: !isOwnAddress, other: listed } : asAsked;
  }
  if (inRouter !== undefined)
    return {
      substituted: "known",
      isAskedPrice: !isOwnAddress,
      other: { name: inRouter.name, price: inRouter.price },
    };
  if (listed === undefined) return isOwnAddress && isListedProvider(provider) ? notKnown : asAsked;
  if (listed.name === listedAsked?.name) {
    const isPinned = dateOf(name) !== undefined && dateOf(name) !== dateOf(served);
    return isPinned ? { ...asAsked, substituted: "known" } : asAsked;
  }
  // A deployment has a name of its own by design; "latest" asks for whatever is the latest.
  const isByDesign = provider === "azure" || name.includes("latest");
  return {
    substituted: isByDesign ? undefined : "known",
    isAskedPrice: !isOwnAddress && asked.price !== undefined,
    other: listed,
  };
}

/** Platforms that sell models of others. */
const platforms: ReadonlySet<string> = new Set(["bedrock", "vertex"]);

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^models\//, "");
}

/** True if both are the same but for the maker's name in front, which gateways add. */
function isSameName(asked: string, served: string): boolean {
  return asked === served || asked.endsWith(`/${served}`) || served.endsWith(`/${asked}`);
}

/** A date or a number at the end of a name, as providers name snapshots. */
const snapshotEnd = /-(?:20\d\d-?\d\d-?\d\d|\d{2}-\d{2}|\d{2}-20\d\d|\d{3,4})$/;

/** True if one name is the other with a date, or if they are the same but for "-latest" in place of a date. */
function isSnapshot(asked: string, served: string): boolean {
  const base = withoutEnd(asked);
  if (base !== withoutEnd(served)) return false;
  return dateOf(asked) === undefined || dateOf(served) === undefined;
}

function withoutEnd(name: string): string {
  return name.replace(/-latest$/, "").replace(snapshotEnd, "");
}

function dateOf(name: string): string | undefined {
  return snapshotEnd.exec(name)?.[0].replaceAll("-", "");
}
