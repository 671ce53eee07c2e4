import { Received } from '../abi/host';
import { writtenValue } from '../write/written';
import { ValueSet } from './values';

/** A condition on what a request's attributes have become: each must have one of its values. */
export class When {
  /** Indices of the attributes, and what each may be. */
  private attributes: i32[] = [];
  private values: ValueSet[] = [];

  add(attribute: i32, values: ValueSet): void {
    this.attributes.push(attribute);
    this.values.push(values);
  }

  holds(): bool {
    for (let i = 0, count = this.attributes.length; i < count; i++) {
      if (!writtenValue(unchecked(this.attributes[i]))) return false;
      if (!unchecked(this.values[i]).has(Received.start, <i32>Received.size)) return false;
    }
    return true;
  }
}
