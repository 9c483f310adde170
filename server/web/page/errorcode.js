// The meanings of error codes. errorcodes.json lists the known ones.

const meanings = await (await fetch('/web/errorcodes.json')).json()

// explain takes an Int32 from the API. Lists of error codes print it as an unsigned hexadecimal number.
export function explain(code) {
  const hex = '0x' + (code >>> 0).toString(16).toUpperCase().padStart(8, '0')
  let meaning = meanings[hex] ?? 'The meaning of this code is not known.'
  if (code === 0) meaning = 'No error.'
  else if (!meanings[hex] && code >>> 16 === 0x8007) meaning = `Windows error ${code & 0xffff}.`
  return { hex, meaning }
}
