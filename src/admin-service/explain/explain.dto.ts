import { ArrayMaxSize, IsArray, IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsDirectoryId, IsInstant } from '../../directory/files/file-validators.js';
import { GRANT_TYPES } from '../../okta/grant-types.js';

const GRANTS = [...GRANT_TYPES];

/** A call to explain: a payload as Okta sends it, or what it would be made of. */
export class ExplainDto {
  @JSONSchema({
    description:
      'The body that Okta POSTs to the hook; beside it only "at" may stand. Without it, "issuer" and "client" are needed.',
  })
  @IsOptional()
  @IsObject({ message: 'must be a JSON object' })
  payload?: object;

  @JSONSchema({ description: 'The org that the issuer has to be of.' })
  @IsOptional()
  @IsDirectoryId()
  org?: string;

  @JSONSchema({ description: 'The id of an issuer, or its URI, or an alias.' })
  @IsOptional()
  @IsString({ message: 'must be the id or the URI of an issuer' })
  @MaxLength(1024, { message: 'must have at most 1024 characters' })
  issuer?: string;

  @IsOptional()
  @IsDirectoryId()
  client?: string;

  @JSONSchema({ description: 'Without it, the client acts for itself.' })
  @IsOptional()
  @IsDirectoryId()
  user?: string;

  @JSONSchema({ description: 'Granted scopes. With "openid", an ID token is minted, too.' })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(100, { message: 'must have at most 100 entries' })
  @IsDirectoryId({ each: true })
  scopes?: string[];

  @JSONSchema({ description: 'The tenant that the request names.' })
  @IsOptional()
  @IsDirectoryId()
  tenant?: string;

  @IsOptional()
  @IsIn(GRANTS, { message: `must be one of ${GRANTS.join(', ')}` })
  grantType?: string;

  @JSONSchema({ description: 'The instant of the decision; now where it is left out.' })
  @IsOptional()
  @IsInstant()
  at?: string;
}

/** An answer: what would become of the call, and why. */
export class ExplanationDto {
  @JSONSchema({
    description: 'What mode "enforce" makes of the call; "failed" where the failure policy answers.',
  })
  @IsIn(['stamped', 'unchanged', 'denied', 'failed'])
  outcome!: string;

  @IsOptional()
  @IsString()
  reason?: string | null;

  @IsOptional()
  @IsString()
  detail?: string | null;

  @IsOptional()
  @IsIn(['enforce', 'shadow', 'off'])
  mode?: string | null;

  @IsOptional()
  @IsIn(['omit', 'deny'])
  failurePolicy?: string | null;

  @JSONSchema({ description: 'What was read of the payload.' })
  @IsOptional()
  @IsObject()
  call?: object | null;

  @JSONSchema({
    description: 'How the decision came about: selection, entitlements, mappings, budget, lifetimes.',
  })
  @IsOptional()
  @IsObject()
  trace?: object | null;

  @JSONSchema({ description: 'What mode "enforce" answers to Okta.' })
  @IsObject()
  response!: object;

  @JSONSchema({ description: 'What the mode in force answers to Okta.' })
  @IsObject()
  answered!: object;

  @JSONSchema({ description: 'Of each token: its claims "before" and "after".' })
  @IsObject()
  claims!: object;
}
