import type { Model } from "../../../contracts/index.ts";
import { shortName } from "../../../plugin/short-text.ts";
import { mostMembers } from "./check-member.ts";

/** Names that members give to the models that answer. They are a server's own: one that differs from the rest is told. */
export interface ServedNames {
  /** Notes the name in an answer of a member. `asked`: its model. */
  note(key: string, asked: Model, served: unknown): void;
  /** Returns what is wrong with the members that there are, until it is over. */
  lasting(): readonly string[];
  /** Called when `lasting()` has changed. */
  onLasting: () => void;
}

interface Served {
  /** Model that is asked for: members that are asked for others are not compared. */
  readonly asked: string;
  name: string;
  /** The problem as it was worded first: a server may have another name in each answer. */
  odd?: string | undefined;
  /** Answers in a row by the usual name. */
  right: number;
}

/** Right answers in a row after which a problem is over: two servers may share one address. */
const rightAgain = 20;

/** `present` returns the keys of the members that there are. */
export function servedNames(present: () => readonly string[]): ServedNames {
  const members = new Map<string, Served>();

  /** Returns the name that most members of one model have. */
  const usualOf = (group: readonly Served[], model: string): string | undefined => {
    const counts = new Map<string, number>();
    for (const { name } of group) counts.set(name, (counts.get(name) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const usual = [...counts].flatMap(([name, count]) => (count === most ? [name] : []));
    return usual.includes(model) ? model : usual[0];
  };

  const names: ServedNames = {
    onLasting: () => {},
    note(key, { provider, model }, served) {
      const name = shortName(served);
      if (name === undefined || name === "") return;
      const asked = `${provider}:${model}`;
      const known = members.get(key);
      if (known !== undefined && known.name === name && known.odd === undefined) return;
      const one = known ?? { asked, name, right: 0 };
      one.name = name;
      members.set(key, one);
      for (const [oldest] of members) {
        // Endpoints come and go without end.
        if (members.size <= 2 * mostMembers) break;
        members.delete(oldest);
      }
      const group = present().flatMap((other) => {
        const at = members.get(other);
        return at?.asked === asked ? [[other, at] as const] : [];
      });
      const usual = usualOf(
        group.map(([, other]) => other),
        model,
      );
      let isChanged = false;
      for (const [other, at] of group) {
        if (at.name !== usual) {
          at.right = 0;
          isChanged ||= at.odd === undefined;
          at.odd ??= `${other}: asked for ${model}, it answers as ${at.name}, and others as ${usual}: which model is loaded there?`;
        } else if (at === one && at.odd !== undefined) {
          at.right += 1;
          if (at.right < rightAgain) continue;
          at.odd = undefined;
          isChanged = true;
        }
      }
      if (isChanged) names.onLasting();
    },
    lasting: () => present().flatMap((key) => members.get(key)?.odd ?? []),
  };
  return names;
}
