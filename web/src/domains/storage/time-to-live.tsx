import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { appPath, patch } from "@/api/client";
import type { TtlPolicy } from "@/api/contract";
import { Button } from "@/ui/button";
import { DaysField } from "@/ui/days-field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { toast } from "@/ui/toast";
import { ttlPolicyQuery } from "./queries";
import styles from "./storage.module.css";

const DAY_S = 86_400;
const DEFAULT_DAYS = 90;

/** How long versions of an entity live that say nothing of their own; its administrators change it here. */
export function TimeToLive({ entity }: { entity: string }) {
  const { t } = useTranslation();
  // those who do not belong to it are not told
  const { data } = useQuery({ ...ttlPolicyQuery(entity), retry: false });
  if (!data) return null;
  return (
    <section className={styles.section}>
      <h2>{t("storage.ttl.title")}</h2>
      <p className={styles.text}>{t("storage.ttl.text")}</p>
      {data.canChange ? <PolicyForm entity={entity} policy={data} /> : <Policy policy={data} />}
    </section>
  );
}

const daysOf = (policy: TtlPolicy): number | null =>
  policy.ttlSeconds === null ? null : Math.max(1, Math.ceil(policy.ttlSeconds / DAY_S));

function Policy({ policy }: { policy: TtlPolicy }) {
  const { t } = useTranslation();
  const days = daysOf(policy);
  return (
    <p>
      {days === null ? t("storage.ttl.kept") : t("storage.ttl.for", { count: days })}{" "}
      {policy.adminsOnly && t("storage.ttl.adminsOnly")}
    </p>
  );
}

function PolicyForm({ entity, policy }: { entity: string; policy: TtlPolicy }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [on, setOn] = useState(policy.ttlSeconds !== null);
  const { mutateAsync } = useMutation({
    mutationFn: (change: Pick<TtlPolicy, "ttlSeconds" | "adminsOnly">) =>
      patch<TtlPolicy>(`${appPath("entities", entity)}/artifact-ttl`, change),
    onSuccess: (changed) => client.setQueryData(ttlPolicyQuery(entity).queryKey, changed),
  });
  const { busy, error, onSubmit } = useForm(async ({ days = "", adminsOnly }) => {
    await mutateAsync({ ttlSeconds: on ? Number(days) * DAY_S : null, adminsOnly: adminsOnly !== undefined });
    toast.good(t("storage.ttl.saved"));
  });
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <label className={styles.check}>
        <input type="checkbox" checked={on} onChange={(event) => setOn(event.currentTarget.checked)} />
        {t("storage.ttl.on")}
      </label>
      {on && <DaysField label={t("storage.ttl.days")} defaultDays={daysOf(policy) ?? DEFAULT_DAYS} />}
      <label className={styles.check}>
        <input type="checkbox" name="adminsOnly" defaultChecked={policy.adminsOnly} />
        {t("storage.ttl.onlyAdmins")}
      </label>
      {error && <FormError>{error}</FormError>}
      <div className={styles.actions}>
        <Button type="submit" look="primary" busy={busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
