/** A group in an expression: an item of `user.getGroups`, and `group` in the second argument of `getFilteredGroups` (section 8). */
export class ExpressionGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly objectClass: readonly string[];
  /** Where it was imported from: an app, and its type, such as `active_directory`; null for Okta's own. */
  readonly source: { readonly id: string; readonly type: string } | null;
  /** `name`, `description` and whatever else the org keeps. */
  readonly profile: Readonly<Record<string, unknown>>;

  constructor(facts: Readonly<ExpressionGroup>) {
    this.id = facts.id;
    this.name = facts.name;
    this.description = facts.description;
    this.type = facts.type;
    this.objectClass = facts.objectClass;
    this.source = facts.source;
    this.profile = facts.profile;
  }
}
