from portal.platform.jobs import job_kind

RECONCILE = job_kind("budgets.reconcile", "예산 대사", "Reconciling the budget")
MISMATCH = job_kind("budgets.mismatch", "예산 대사 차이 알림", "Notice of books that disagree")
