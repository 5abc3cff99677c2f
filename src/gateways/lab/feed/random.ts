import { faker } from "@faker-js/faker/locale/en"

/** Somebody who does not exist. */
export interface RandomUser {
  readonly name: string
  /** Street and place, a line each. */
  readonly address: string
  readonly email: string
}

/** Makes all that follows repeatable, for this whole process. */
export function seedRandom(seed: number): void {
  faker.seed(seed)
}

export function randomUser(): RandomUser {
  const { location, person, internet } = faker
  const [firstName, lastName] = [person.firstName(), person.lastName()]
  const place = `${location.city()}, ${location.state({ abbreviated: true })} ${location.zipCode()}`
  return {
    name: `${firstName} ${lastName}`,
    address: `${location.streetAddress()}\n${place}`,
    email: internet.exampleEmail({ firstName, lastName }).toLowerCase(),
  }
}

/** So many whole numbers from 0 to 99. */
export function randomNumbers(size: number): number[] {
  return Array.from({ length: size }, () => faker.number.int(99))
}

/** Heads or tails. */
export function randomChoice(): boolean {
  return faker.datatype.boolean()
}
