import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { BindingDto } from '../bindings/binding.dto.js';
import { ClientDto } from '../clients/client.dto.js';
import { GrantDto } from '../grants/grant.dto.js';
import { MembershipDto } from '../memberships/membership.dto.js';
import { UserDto } from '../users/user.dto.js';

// Answers alone: nothing is validated by these, they describe.

export class EndedOfUserDto {
  @ValidateNested({ each: true })
  @Type(() => MembershipDto)
  memberships!: MembershipDto[];

  @ValidateNested({ each: true })
  @Type(() => GrantDto)
  grants!: GrantDto[];
}

export class EndedUserDto {
  @ValidateNested()
  @Type(() => UserDto)
  user!: UserDto;

  /** In force until now. */
  @ValidateNested()
  @Type(() => EndedOfUserDto)
  ended!: EndedOfUserDto;

  /** Not yet begun. */
  @ValidateNested()
  @Type(() => EndedOfUserDto)
  removed!: EndedOfUserDto;
}

export class EndedOfClientDto {
  @ValidateNested({ each: true })
  @Type(() => BindingDto)
  bindings!: BindingDto[];
}

export class EndedClientDto {
  @ValidateNested()
  @Type(() => ClientDto)
  client!: ClientDto;

  @ValidateNested()
  @Type(() => EndedOfClientDto)
  ended!: EndedOfClientDto;

  @ValidateNested()
  @Type(() => EndedOfClientDto)
  removed!: EndedOfClientDto;
}
