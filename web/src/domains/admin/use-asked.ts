import { useSearchParams } from "react-router";
import { type Asked, PAGE_SIZE } from "./queries";

/** Search, page and further choices of a list, all in the address. What narrows the list leads to its first page. */
export function useAsked() {
  const [params, setParams] = useSearchParams();
  const page = Math.max(1, Math.floor(Number(params.get("page"))) || 1);
  const asked: Asked = { search: params.get("search") ?? "", offset: (page - 1) * PAGE_SIZE };
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        if (name !== "page") now.delete("page");
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: name !== "page" },
    );
  return {
    asked,
    params,
    set,
    move: (offset: number) => set("page", offset > 0 ? String(offset / PAGE_SIZE + 1) : ""),
  };
}
