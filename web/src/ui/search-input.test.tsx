import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { SearchInput } from "./search-input";

const field = () => screen.getByRole<HTMLInputElement>("searchbox");

describe("SearchInput", () => {
  it("asks once the typing rests, and keeps what is typed while the answer is on its way", async () => {
    const asked = vi.fn();
    const { rerender } = render(<SearchInput label="Find" value="" onChange={asked} />);
    await userEvent.type(field(), "b");
    await vi.waitFor(() => expect(asked).toHaveBeenCalledWith("b"));
    await userEvent.type(field(), "o");
    act(() => rerender(<SearchInput label="Find" value="b" onChange={asked} />));
    expect(field().value).toBe("bo");
    await vi.waitFor(() => expect(asked).toHaveBeenLastCalledWith("bo"));
  });

  it("follows a value that comes from elsewhere", async () => {
    const { rerender } = render(<SearchInput label="Find" value="old" onChange={() => {}} />);
    expect(field().value).toBe("old");
    rerender(<SearchInput label="Find" value="" onChange={() => {}} />);
    expect(field().value).toBe("");
  });
});
