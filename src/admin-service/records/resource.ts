import type { AdminScope } from '../../caller/admin-rights.js';
import type { RecordStore } from '../../directory/records/record-store.js';
import type { PageQuery } from '../requests/page-query.dto.js';
import type { DocumentType } from '../requests/validate-document.js';

/** One noun of the directory as the API has it. */
export interface Resource {
  readonly store: RecordStore<object, object, object>;
  /** In the URL. */
  readonly plural: string;
  /** In operation ids: `Tenant`. */
  readonly name: string;
  /** What it is, for people. */
  readonly about: string;
  /** Members of the record that are its key, in the order of the URL and of lists. */
  readonly key: readonly string[];
  /** The whole record, with its key. */
  readonly document: DocumentType;
  readonly filter: DocumentType<PageQuery>;
  readonly writeScope: AdminScope;
  /** What a reader may see who may know of some tenants only: what belongs to them, everything, or nothing. */
  readonly shownToTenants: 'own' | 'all' | 'none';
  /** The member that names the tenant that a record belongs to; absent where records belong to none. */
  readonly tenantMember?: string;
  /** Begins the ids that are made here where a creation names none; absent where the product's or Okta's id is needed. */
  readonly idPrefix?: string;
  /** What to do instead of removing one, and what removing does. */
  readonly removal: string;
}

/** The same, with parts that belong together. */
interface TypedResource<Rec extends object, Key extends object, Filter extends object> extends Resource {
  readonly store: RecordStore<Rec, Key, Filter>;
  readonly key: readonly (keyof Key & string)[];
  readonly document: DocumentType<Rec>;
  readonly filter: DocumentType<Filter & PageQuery>;
  readonly tenantMember?: keyof Rec & string;
}

/** Checks that the parts belong together, and forgets which noun it is: the API treats all alike. */
export function resource<Rec extends object, Key extends object, Filter extends object>(
  parts: TypedResource<Rec, Key, Filter>,
): Resource {
  return parts;
}
