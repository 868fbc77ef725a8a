"""Articles, which know their authors by name: no foreign key reaches into another database."""

from django.db import models


class Article(models.Model):
    """Something written."""

    title = models.CharField(max_length=100)
    author = models.CharField(max_length=50)
    byline = models.CharField(max_length=100, default="")
